import Storage
import Testing

/// A file is imported once, by however many at the same time.
@Suite struct ImportWritersTests {
  @Test(arguments: [false, true]) func aFileIsImportedOnceByHoweverMany(isNew: Bool) async throws {
    let folder = InputSupport.Folder()
    let store = folder.path + "/market.db"
    if !isNew { _ = try MarketStore(path: store, mode: .create) }
    let text = "time,price,quantity\n" + String(repeating: "1549238400,1.5,2\n", count: 20_000)
    let path = folder.write(text, "tape.csv")
    let accepted = try await withThrowingTaskGroup(of: Int64.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let importer = Importer(ImportSupport.options())
          let plan = try importer.plan([path])
          return try MarketStore.withStore(atPath: store) {
            try importer.run(plan, into: $0).counts.accepted
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }.sorted()
    }
    #expect(accepted == [0, 0, 0, 20_000])
    let verification = try MarketStore(path: store, mode: .readOnly).verify()
    #expect(verification.findings == [] && verification.tickCount == 20_000)
    #expect(verification.importCount == 1)
    withExtendedLifetime(folder) {}
  }

  /// Both have looked at the file before either has stored it.
  @Test func whatAPlanFoundNewMayBeStoredByThen() throws {
    let place = try ImportSupport.Place()
    let path = place.write("time,price,quantity\n1549238400,1.5,2\n")
    let importer = Importer(ImportSupport.options())
    let plans = try [importer.plan([path]), importer.plan([path])]
    #expect(try importer.run(plans[0], into: place.store).counts.accepted == 1)
    #expect(
      try importer.run(plans[1], into: place.store).files.map(\.outcome) == [.alreadyImported])
    #expect(try place.store.imports().count == 1)
  }
}
