/** The aria-describedby of a field: its error, where it has one (a FieldError with the id `<field>-error`), and its hints. */
export const describedBy = (field: string, error: string, ...hints: string[]): string | undefined =>
  [...(error ? [`${field}-error`] : []), ...hints].join(' ') || undefined
