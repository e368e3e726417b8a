/** The part of the WebAssembly interface used here; Node's own types omit it. */
declare namespace WebAssembly {
  type Module = object;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(
    module: Module,
    imports: Record<string, never>,
  ): Promise<{ exports: Record<string, unknown> }>;
}
