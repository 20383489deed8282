import Glibc
import Streams

/// Listens on a thread of its own, for keys and for the request to end, and drives a run by them.
final class PlayKeys {
  /// What the thread shares with its owner.
  fileprivate final class Listener: Sendable {
    let control: RunControl
    /// The end of the pipe at which the thread listens; closing the other one ends it.
    let pipe: Int32
    let hasKeys: Bool

    init(_ control: RunControl, pipe: Int32, hasKeys: Bool) {
      self.control = control
      self.pipe = pipe
      self.hasKeys = hasKeys
    }
  }

  /// The speeds that `+` and `-` go through; 0, as fast as possible, stands above them.
  private static let speeds: [Double] = [1, 2, 5, 10, 30, 60, 120, 360, 1000, 3600, 10_000]

  private let interruption: Interruption
  /// Whether there is a terminal that gives keys.
  let hasKeys: Bool
  private var thread = pthread_t()
  private let wake: Int32
  private let pipe: Int32

  /// - Parameter readsKeys: whether keys are wanted; they are read where there is a terminal.
  init(_ control: RunControl, _ interruption: Interruption, readsKeys: Bool) throws {
    var ends: [Int32] = [0, 0]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw OutputError.failed(code: errno) }
    // Closed, the pipe ends the listening: no other process must hold it open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (pipe, wake) = (ends[0], ends[1])
    self.interruption = interruption
    let listener = Listener(control, pipe: pipe, hasKeys: readsKeys && TerminalMode.begin())
    hasKeys = listener.hasKeys
    interruption.wake(wake)
    let context = unsafe Unmanaged.passRetained(listener).toOpaque()
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Listener>.fromOpaque(context).takeRetainedValue().listen()
        return nil
      }, context)
    guard status == 0 else {
      unsafe Unmanaged<Listener>.fromOpaque(context).release()
      interruption.wake(-1)
      close(wake)
      close(pipe)
      TerminalMode.end()
      throw OutputError.failed(code: status)
    }
    // The request may have come before anybody listened.
    if (try? interruption.check()) == nil { control.stop() }
  }

  /// Stops listening, and puts the terminal back as it was.
  func end() {
    interruption.wake(-1)
    close(wake)
    pthread_join(thread, nil)
    close(pipe)
    TerminalMode.end()
  }

  /// What a key does; nothing for one that means nothing.
  static func press(_ key: UInt8, _ control: RunControl) {
    switch key {
    case UInt8(ascii: " "): control.togglePause()
    case UInt8(ascii: "s"): control.step()
    case UInt8(ascii: "b"): control.stepToBarClose()
    case UInt8(ascii: "+"): control.speed = faster(than: control.speed)
    case UInt8(ascii: "-"): control.speed = slower(than: control.speed)
    case UInt8(ascii: "q"): control.stop()
    default: break
    }
  }

  static func faster(than speed: Double) -> Double {
    speed == 0 ? 0 : speeds.first { $0 > speed } ?? 0
  }

  static func slower(than speed: Double) -> Double {
    speeds.last { speed == 0 || $0 < speed } ?? speed
  }
}

extension PlayKeys.Listener {
  /// Until the pipe is closed.
  fileprivate func listen() {
    var files = [pipe, STDIN_FILENO].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var hasKeys = hasKeys
    while true {
      // Stopped and let go on in the background, the terminal is another's: a read would stop the
      // process. No signal says that it has come to the foreground again, so it looks for that.
      let isOurs = hasKeys && TerminalMode.isOn
      files[1].fd = isOurs ? STDIN_FILENO : -1
      files[1].revents = 0
      let count = unsafe poll(&files, nfds_t(files.count), hasKeys && !isOurs ? 200 : -1)
      guard count >= 0 || errno == EINTR else { return }
      if count <= 0 {
        if count == 0, !control.isStopped { TerminalMode.resume() }
        continue
      }
      if files[0].revents != 0 {
        guard read(files[0].fd) != nil else { return }
        control.stop()
      }
      if files[1].revents != 0, TerminalMode.isOn {
        if let key = read(STDIN_FILENO) {
          PlayKeys.press(key, control)
        } else {
          hasKeys = false
        }
      }
    }
  }

  private func read(_ file: Int32) -> UInt8? {
    var byte: UInt8 = 0
    return unsafe Glibc.read(file, &byte, 1) == 1 ? byte : nil
  }
}
