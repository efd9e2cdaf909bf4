/** The file of a thread beside the module that starts it: TypeScript in a checkout, JavaScript in a package. */
export function threadFile(name: string, besides: string): URL {
  return new URL(`./${name}${besides.endsWith('.ts') ? '.ts' : '.js'}`, besides)
}
