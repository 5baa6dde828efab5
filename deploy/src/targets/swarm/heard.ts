/** Runs work that tells by a callback how it goes on, as something that yields what is told. Returns what the work returns. */
export async function* heard<Told, Result>(
  work: (tell: (told: Told) => void) => Promise<Result>,
): AsyncGenerator<Told, Result> {
  const told: Told[] = [];
  let wake = () => {};
  const done = work((one) => {
    told.push(one);
    wake();
  });
  let over = false;
  const ended = done.then(
    () => {
      over = true;
      wake();
    },
    () => {
      over = true;
      wake();
    },
  );
  while (!over || told.length > 0) {
    if (told.length > 0) yield told.shift()!;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (over) resolve();
      });
  }
  await ended;
  return done;
}
