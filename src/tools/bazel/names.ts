export const command = 'credbridge-bazel'
export const tool = 'bazel'
