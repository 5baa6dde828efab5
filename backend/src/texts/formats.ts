const most = 1000;

/** Remembers what is made of a locale and options: Intl takes as long to make a format as to write a hundred times with it. */
function remembered<Options, Format>(make: (locale: string, options: Options) => Format) {
  const made = new Map<string, Format>();
  return (locale: string, options: Options): Format => {
    const key = `${locale} ${JSON.stringify(options)}`;
    let format = made.get(key);
    if (format === undefined) {
      // Time zones are names that people choose from a long list.
      if (made.size >= most) made.clear();
      format = make(locale, options);
      made.set(key, format);
    }
    return format;
  };
}

/** `new Intl.DateTimeFormat`, made once for the same locale and options. Errors: RangeError for an unknown time zone. */
export const dateFormat = remembered(
  (locale: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);

/** `new Intl.NumberFormat`, made once for the same locale and options. Errors: RangeError for what is no currency. */
export const numberFormat = remembered(
  (locale: string, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
);
