/** What moves a cursor, colours, rings or reorders. */
export const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
