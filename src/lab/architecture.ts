/** What a kernel was built for; as uname() names it, but for arm64. */
export type Architecture = 'x86_64' | 'arm64';
