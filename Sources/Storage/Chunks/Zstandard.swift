import CZstd

/// Compresses planes with zstd, one frame a plane.
///
/// Planes have no repeated strings worth a search: nearly all that can be gained is in the
/// frequency of their bytes. So the match finder is made as small as zstd allows and matches
/// shorter than 7 bytes are left alone, which gives smaller frames than level 3 and frames
/// that are decoded twice as fast, because they are Huffman codes and little else.
@safe struct PlaneCompressor: ~Copyable {
  private let context: OpaquePointer

  init() {
    guard let context = unsafe ZSTD_createCCtx() else { fatalError("out of memory") }
    unsafe self.context = context
    for (parameter, value) in [
      (ZSTD_c_compressionLevel, 1), (ZSTD_c_strategy, Int32(ZSTD_fast.rawValue)),
      (ZSTD_c_minMatch, 7), (ZSTD_c_hashLog, 6),
    ] as [(ZSTD_cParameter, Int32)] {
      let status = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
      precondition(ZSTD_isError(status) == 0, "zstd knows these parameters since 1.4.0")
    }
  }

  deinit { _ = unsafe ZSTD_freeCCtx(context) }

  /// Compresses `plane` into `target`.
  /// - Returns: the size of the frame; nil if it would not fit.
  mutating func compress(
    _ plane: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    let size = unsafe ZSTD_compress2(
      context, target.baseAddress, target.count, plane.baseAddress, plane.count)
    return ZSTD_isError(size) == 0 ? size : nil
  }
}

/// Decompresses what `PlaneCompressor` made.
@safe struct PlaneDecompressor: ~Copyable {
  private let context: OpaquePointer

  init() {
    guard let context = unsafe ZSTD_createDCtx() else { fatalError("out of memory") }
    unsafe self.context = context
  }

  deinit { _ = unsafe ZSTD_freeDCtx(context) }

  /// Decompresses `frame` into `target`, which it must fill exactly.
  /// - Returns: what is wrong; nil if nothing is.
  mutating func decompress(
    _ frame: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> String? {
    let size = unsafe ZSTD_decompressDCtx(
      context, target.baseAddress, target.count, frame.baseAddress, frame.count)
    if ZSTD_isError(size) != 0 { return unsafe String(cString: ZSTD_getErrorName(size)) }
    return size == target.count ? nil : "\(size) bytes instead of \(target.count)"
  }
}
