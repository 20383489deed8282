import Glibc

/// A C yardstick: one source, compiled with one set of options, loaded into this process.
@safe final class CReference {
  /// The options of the compiler that tell one from others: `O3` or `native`.
  static let flavours = ["O3", "native"]

  private let library: UnsafeMutableRawPointer

  /// - Throws: `BenchmarkError.missingReference`.
  init(_ source: String, flavour: String, _ bench: Bench) throws(BenchmarkError) {
    let path = "\(bench.options.referenceFolder)/\(source)-\(flavour).so"
    guard let library = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw .missingReference(unsafe String(cString: dlerror()))
    }
    unsafe self.library = unsafe library
  }

  /// - Parameter type: the C function's type, which nothing can check.
  /// - Throws: `BenchmarkError.missingReference`.
  func function<Function>(
    _ name: String, as type: Function.Type = Function.self
  ) throws(BenchmarkError) -> Function {
    guard let symbol = unsafe dlsym(library, name) else {
      throw .missingReference("\(name) is not defined")
    }
    return unsafe unsafeBitCast(symbol, to: type)
  }
}
