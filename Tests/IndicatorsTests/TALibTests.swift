import Foundation
import Indicators
import Market
import Testing

/// Every function that TA-Lib has, against the numbers TA-Lib makes of the synthetic bars.
@Suite struct TALibTests {
  struct Numbers: CustomTestStringConvertible {
    let declaration: String
    let output: String
    let lookback: Int
    let values: [(place: Int, value: Double)]

    var testDescription: String { "\(declaration) \(output)" }

    init(_ line: Substring) throws {
      let fields = line.split(separator: "\t").map(String.init)
      declaration = fields[0]
      output = fields[1]
      lookback = try #require(Int(fields[2]))
      values = try fields[3].split(separator: " ").map { pair in
        let parts = pair.split(separator: "=")
        return (try #require(Int(parts[0])), try #require(Double(String(parts[1]))))
      }
    }
  }

  static func numbers() throws -> [Numbers] {
    try TestFiles.talibNumbers().split(separator: "\n").filter { $0.first != "#" }.map(
      Numbers.init)
  }

  @Test func fixedNumbersAgree() throws {
    let bars = try TestBars.synthetic()
    let numbers = try TALibTests.numbers()
    #expect(numbers.count > 200)
    for number in numbers {
      let declaration = try IndicatorDeclaration(parsing: number.declaration)
      let set = try IndicatorSet([declaration], scale: bars.scale)
      #expect(set.lookback == number.lookback, "\(number.declaration)")
      let column = try #require(declaration.definition.outputs.firstIndex(of: number.output))
      let found = try series(declaration, bars).map { $0[column] }
      #expect(found.firstIndex { $0 != nil } == number.lookback, "\(number.declaration)")
      let closeness = Closeness(declaration, bars)
      for (place, value) in number.values {
        let mine = try #require(found[place])
        let distance = closeness.distance(mine, value, at: place)
        #expect(
          distance <= 1,
          "\(number.declaration) \(number.output) at \(place): \(mine), TA-Lib \(value)")
      }
    }
  }
}
