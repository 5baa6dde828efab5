// Preloaded in tests: the wall clock of this process is wrong by CLOCK_SHIFT milliseconds.
const shift = Number(process.env.CLOCK_SHIFT);
const Right = Date;
globalThis.Date = class extends Right {
  constructor(...args) {
    if (args.length === 0) super(Right.now() + shift);
    else super(...args);
  }
  static now() {
    return Right.now() + shift;
  }
};
