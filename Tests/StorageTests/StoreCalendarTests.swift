import Market
import Sessions
import Testing

@testable import Storage

/// Calendars that a user defined are kept beside the instruments that name them.
@Suite struct StoreCalendarTests {
  private let definition = """
    {"name": "lab", "zone": "Asia/Tokyo", "weekly": {"monday": [{"open": "09:00", "close": "15:00"}]}}
    """

  @Test func definitionsComeBack() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    do {
      let store = try MarketStore(path: path, mode: .create)
      try store.write { transaction in
        for _ in 1...2 {
          let calendar = try transaction.putCalendar(definition: definition)
          #expect(calendar.name == "lab")
        }
      }
    }
    let store = try MarketStore(path: path, mode: .readOnly)
    for name in ["lab", "XNYS"] {
      let calendar = try store.calendar(of: .sample(calendar: name))
      #expect(calendar.name == name)
    }
    #expect(throws: StoreError.self) { try store.calendar(of: .sample(calendar: "nowhere")) }
  }

  @Test func definitionsAreNeverReplaced() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    try store.write { _ = try $0.putCalendar(definition: definition) }
    let other = definition.replacing("15:00", with: "16:00")
    #expect(throws: StoreError.calendarDiffers(name: "lab")) {
      try store.write { _ = try $0.putCalendar(definition: other) }
    }
    #expect(throws: StoreError.calendarDiffers(name: "fx-ny")) {
      try store.write {
        _ = try $0.putCalendar(definition: definition.replacing("lab", with: "fx-ny"))
      }
    }
    #expect {
      try store.write { _ = try $0.putCalendar(definition: "no JSON") }
    } throws: { error in
      guard case StoreError.unusableCalendar = error else { return false }
      return "\(error)".hasPrefix("the calendar 'to be stored': ")
    }
    #expect(try store.calendarDefinition("lab") == definition)
  }
}
