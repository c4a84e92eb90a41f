export const tool = 'netrc'
