import Testing

@testable import LockstepCommand

@Suite struct HelpTests {
  @Test(arguments: ["", "help", "--help", "-h", "help --help"])
  func `alone, it lists the commands`(line: String) {
    let test = TestConsole()
    #expect(test.run(line, commands: [GenerateCommand.command]) == .done)
    #expect(
      test.output.text == """
        lockstep: every timeframe of every symbol, exactly in step with the tape

        usage: lockstep COMMAND [OPTION]...

        commands:
          generate  write a sample tape from a seed
          help      explain a command: lockstep help COMMAND

        'lockstep --version' prints the version.

        """)
    #expect(test.errors.text.isEmpty)
  }

  @Test(arguments: [
    "help generate", "generate --help", "generate -h", "generate --ticks many --help",
  ]) func `explains a command`(line: String) {
    let test = TestConsole()
    #expect(test.run(line) == .done)
    #expect(
      test.output.text == """
        lockstep generate: write a sample tape from a seed

        usage: lockstep generate --symbol S --kind KIND --calendar NAME --start DATE --days N --ticks N
                                 --seed N --out FILE [--force] [--quiet]

        Makes up ticks that look like a market's: they come within the calendar's sessions, at the pace of
        its hours, in calm and agitated waves; some share a time, some fall exactly on a minute. Nothing but
        the options decides about them, so that the same command writes the same bytes on every machine.

        Quotes are written in the format dukascopy (times in ms), trades in the format tardis-trades (times
        in µs); 'lockstep import' recognises both. The style follows from the calendar: fx-ny looks like a
        currency pair, 24x7 and utc like a coin, any other like a share. The file appears when it is
        complete.

        options:
          --symbol S       the symbol it trades as
          --kind KIND      what to make (quotes, trades)
          --calendar NAME  when the market is open; also decides how prices look (24x7, fx-ny, XNYS, utc)
          --start DATE     the first date, from 00:00 UTC
          --days N         how many dates the tape covers
          --ticks N        how many records, exactly
          --seed N         what the tape follows from; equal seeds give equal bytes
          --out FILE       the CSV file to write
          --force          replace the file if it exists
          --quiet          no progress on the terminal
          --help           this text

        examples:
          # two weeks of a currency pair, through a change to summer time
          lockstep generate --symbol EURUSD --kind quotes --calendar fx-ny \\
            --start 2024-03-04 --days 14 --ticks 1000000 --seed 1 --out eurusd.csv

          # a week of a coin
          lockstep generate --symbol BTCUSDT --kind trades --calendar 24x7 \\
            --start 2024-03-04 --days 7 --ticks 1000000 --seed 2 --out btcusdt.csv

        """)
  }

  @Test func `every command has a summary, an example, and help for each parameter`() {
    for command in builtInCommands {
      #expect(!command.summary.isEmpty && !command.summary.hasSuffix("."))
      #expect(!command.examples.isEmpty)
      for parameter in command.parameters { #expect(!parameter.shape.help.isEmpty) }
    }
  }

  @Test(arguments: [60, 80, 200]) func `keeps to the width of the terminal`(columns: Int) {
    for command in builtInCommands {
      let test = TestConsole(outputColumns: columns)
      #expect(test.run("help \(command.name)") == .done)
      let prose = test.output.text.split(separator: "examples:")[0]
      for line in prose.split(separator: "\n") {
        #expect(line.count <= min(columns, 100) || !line.dropFirst(columns).contains(" "))
      }
    }
  }

  @Test func `a long option stands in a line of its own`() {
    let option = Parameter.flag("--a-flag-with-a-really-very-long-name", "what it does")
    let command = Command(
      name: "x", summary: "y", discussion: "z", parameters: [option], examples: []
    ) { _, _ in }
    let page = HelpText(width: 80).page(for: command)
    #expect(
      page.contains("  --a-flag-with-a-really-very-long-name\n" + String(repeating: " ", count: 34))
    )
  }

  @Test func `prints the version`() {
    let test = TestConsole()
    #expect(test.run("--version") == .done)
    #expect(test.output.text == "lockstep \(lockstepVersion)\n")
  }

  @Test(arguments: [
    ("generat", "unknown command 'generat', did you mean 'generate'?"),
    ("frobnicate --help", "unknown command 'frobnicate'"),
    ("help generat", "unknown command 'generat', did you mean 'generate'?"),
    ("--verbose", "unknown option '--verbose'"),
  ]) func `complains about what it does not know`(line: String, complaint: String) {
    let test = TestConsole()
    #expect(test.run(line) == .wrongUsage)
    #expect(
      test.errors.text == "lockstep: \(complaint)\n'lockstep' alone lists the commands\n")
    #expect(test.output.text.isEmpty)
  }
}
