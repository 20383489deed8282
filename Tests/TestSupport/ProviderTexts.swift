import Storage

/// The texts in a provider's file, decompressed: one, or the members of an archive.
public func providerTexts(in path: String) throws -> [String] {
  try TapeFile(path, PosixFileSystem()).texts().map { text in
    let source = try text.open()
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var span = block.mutableSpan
      var buffer = unsafe span.mutableBytes
      let count = try source.read(into: &buffer)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += block.prefix(count)
    }
  }
}

/// Trades as freqtrade keeps them, `[[ms, id, null, side, price, amount, cost], …]`, as CSV with a
/// header. The numbers' texts stay as they are.
public func freqtradeCSV(json: String) -> String {
  var csv = "ms,id,type,side,price,amount,cost\n"
  for row in json.split(separator: "[") {
    guard let end = row.firstIndex(of: "]") else { continue }
    csv += row[..<end].replacing("null", with: "").replacing(" ", with: "") + "\n"
  }
  return csv
}
