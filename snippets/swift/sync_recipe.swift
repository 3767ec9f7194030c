// A sync of files for which nobody has to keep the app open: session, run time, card and tokens.
// Oldest system: iOS 16. The card's views are in sync_card.swift. Info.plist: NSSupportsLiveActivities, and
// "com.example.app.sounds.*" below BGTaskSchedulerPermittedIdentifiers. No background mode is needed.
// Yours: a store in the place of SoundsInAFolder, and the calls of cameToFront() and getAll().
@preconcurrency import ActivityKit // its Activity is not Sendable
import BackgroundTasks
import CryptoKit
import UIKit
import os

nonisolated private let log = Logger(subsystem: "com.example.app", category: "sounds")

// MARK: - What is to be here

nonisolated struct Sound: Codable, Sendable {
    let name: String // of the file, with its version, and without a slash
    let address: URL
    let size: Int64
    let sha256: String // hexadecimal, as the feed says it

    /// The sound of a transfer: its description is still there when another process takes the transfer over.
    init?(_ task: URLSessionTask) {
        guard let said = task.taskDescription,
            let sound = try? JSONDecoder().decode(Sound.self, from: Data(said.utf8)) else { return nil }
        self = sound
    }

    var description: String? {
        (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }
}

nonisolated protocol SoundStore: Sendable {
    /// What is listed and not yet here.
    func missing() throws -> [Sound]
    /// The row of the file and the end of its event, in one transaction. Called twice, it changes nothing.
    func isHere(_ sound: Sound) throws
}

/// For a first try: the list is a file, and what has its final name is here. Yours is a database.
nonisolated struct SoundsInAFolder: SoundStore {
    let folder: URL

    func missing() throws -> [Sound] {
        let list = try Data(contentsOf: folder.appending(path: "list.json"))
        return try JSONDecoder().decode([Sound].self, from: list).filter { sound in
            let place = folder.appending(path: sound.name).path(percentEncoded: false)
            return !FileManager.default.fileExists(atPath: place)
        }
    }

    func isHere(_ sound: Sound) {}
}

/// The folder of the files, used from any thread.
nonisolated struct Shelf: Sendable {
    let folder: URL // is there
    let store: any SoundStore

    /// In this order: the bytes, their digest, the sync, the name, the folder, and the row last.
    func keep(_ location: URL, as sound: Sound) throws {
        let part = folder.appending(path: "\(sound.name).part")
        try? FileManager.default.removeItem(at: part)
        try FileManager.default.moveItem(at: location, to: part)
        guard try digest(of: part) == sound.sha256 else { throw CocoaError(.fileReadCorruptFile) }
        let bytes = try FileHandle(forUpdating: part)
        try bytes.synchronize() // as far as fsync goes
        try bytes.close()
        let place = folder.appending(path: sound.name)
        guard rename(part.path(percentEncoded: false), place.path(percentEncoded: false)) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        let names = open(folder.path(percentEncoded: false), O_RDONLY)
        _ = fsync(names)
        _ = close(names)
        try store.isHere(sound)
    }

    func rest(of sound: Sound) -> URL { folder.appending(path: "\(sound.name).resume") }

    private func digest(of file: URL) throws -> String {
        let bytes = try FileHandle(forReadingFrom: file)
        defer { try? bytes.close() }
        var hash = SHA256()
        while let piece = try bytes.read(upToCount: 1_000_000), !piece.isEmpty { hash.update(data: piece) }
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }
}

// MARK: - What the system calls

// @main stands before it; a SwiftUI app names it in @UIApplicationDelegateAdaptor.
final class AppDelegate: NSObject, UIApplicationDelegate {
    func application(
        _ application: UIApplication,
        didFinishLaunchingWithOptions launchOptions: [UIApplication.LaunchOptionsKey: Any]?
    ) -> Bool {
        SoundSync.shared.launched()
        return true
    }

    func application(
        _ application: UIApplication, handleEventsForBackgroundURLSession identifier: String,
        completionHandler: @escaping () -> Void
    ) {
        SoundSync.shared.afterEvents = completionHandler // the session is there since the launch
    }
}

// MARK: - The sync

@MainActor
final class SoundSync: NSObject {
    static let shared = SoundSync(
        folder: URL.documentsDirectory, server: URL(string: "https://example.com/live-activity")!
    )
    private static let identifier = "com.example.app.sounds" // begins with the bundle identifier

    var afterEvents: (() -> Void)?
    private nonisolated let shelf: Shelf
    private let server: URL
    private var isHeld = false // by a continued task
    private var watched: Set<String> = [] // the cards whose tokens are followed
    private lazy var session: URLSession = {
        let configuration = URLSessionConfiguration.background(withIdentifier: Self.identifier)
        return URLSession(configuration: configuration, delegate: self, delegateQueue: nil) // a queue of its own
    }()

    init(folder: URL, server: URL) {
        self.shelf = Shelf(folder: folder, store: SoundsInAFolder(folder: folder))
        self.server = server
    }

    /// At every launch, by a person or by the system: a session with the same identifier brings its results.
    func launched() {
        _ = session
        guard #available(iOS 16.2, *) else { return }
        watchTokens()
        Task { await tellCards() }
    }

    /// From sceneDidBecomeActive(_:).
    func cameToFront() async {
        if UserDefaults.standard.bool(forKey: "sounds wanted"), !isHeld { await handOver() }
        guard #available(iOS 16.2, *) else { return }
        await tellCards()
        await readStartToken()
        await sendTokens()
    }

    /// From a button, with the app in front: what is started in the background is discretionary.
    func getAll() async throws {
        let missing = try shelf.store.missing()
        guard !missing.isEmpty, !isHeld else { return }
        UserDefaults.standard.set(true, forKey: "sounds wanted")
        if #available(iOS 26.0, *), await hold(missing) { return } // the system shows a card of its own
        await handOver()
        if #available(iOS 16.2, *) { try? showCard(of: missing.count) } // without a card the sync goes on all the same
    }

    /// To the background session, what it does not have yet.
    private func handOver() async {
        guard let missing = try? shelf.store.missing() else { return }
        let underWay = Set(await session.allTasks.compactMap { Sound($0)?.name })
        for sound in missing where !underWay.contains(sound.name) {
            let task = resumed(sound) ?? session.downloadTask(with: sound.address)
            task.taskDescription = sound.description
            task.countOfBytesClientExpectsToReceive = sound.size
            task.resume()
        }
        if missing.isEmpty { UserDefaults.standard.set(false, forKey: "sounds wanted") }
    }

    private func resumed(_ sound: Sound) -> URLSessionDownloadTask? {
        let file = shelf.rest(of: sound)
        guard let rest = try? Data(contentsOf: file) else { return nil }
        try? FileManager.default.removeItem(at: file) // good for one try
        return session.downloadTask(withResumeData: rest)
    }
}

// MARK: - What the session calls, on its own queue and in this order

extension SoundSync: URLSessionDownloadDelegate {
    nonisolated func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
    ) {
        // 401, 404, 503 and a captive portal's page arrive here too: what is not kept stays missing.
        let status = (downloadTask.response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 || status == 206, let sound = Sound(downloadTask) else {
            log.error("status \(status)")
            return
        }
        do {
            try shelf.keep(location, as: sound) // now: the system's file is gone when this call returns
        } catch {
            log.error("\(sound.name) was not kept: \(error.localizedDescription)")
        }
    }

    nonisolated func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        if let error = error as? URLError, let sound = Sound(task) {
            // After a force quit this comes at the next launch. The rest is started in front: cameToFront().
            try? error.downloadTaskResumeData?.write(to: shelf.rest(of: sound))
            switch error.backgroundTaskCancelledReason {
            case .userForceQuitApplication: log.notice("\(sound.name): a force quit")
            case .backgroundUpdatesDisabled: log.notice("\(sound.name): Background App Refresh is off")
            case .insufficientSystemResources: log.notice("\(sound.name): the system had no resources")
            default: log.notice("\(sound.name): \(error.localizedDescription)")
            }
        }
        Task { @MainActor in
            if #available(iOS 16.2, *) { await self.tellCards() }
        }
    }

    nonisolated func urlSessionDidFinishEvents(forBackgroundURLSession session: URLSession) {
        Task { @MainActor in
            if #available(iOS 16.2, *) { await self.tellCards() }
            self.afterEvents?() // on the main thread, once: the app may be paused after it
            self.afterEvents = nil
        }
    }
}

// MARK: - From iOS 26: the app itself goes on

@available(iOS 26.0, *)
extension SoundSync {
    /// Whether a continued task was accepted. Its card is the system's.
    private func hold(_ sounds: [Sound]) async -> Bool {
        let identifier = "com.example.app.sounds.\(UUID().uuidString)" // registered twice, one ends the app
        BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: .main) { [weak self] task in
            guard let self, let task = task as? BGContinuedProcessingTask else { return }
            self.isHeld = true // not before: some accepted tasks are reported never to begin
            let progress = task.progress
            progress.totalUnitCount = sounds.map(\.size).reduce(0, +)
            let work = Task {
                var got = 0
                for sound in sounds where !Task.isCancelled {
                    do {
                        try await fetch(sound, to: self.shelf)
                        progress.completedUnitCount += sound.size // bytes that are durable
                        got += 1
                    } catch {
                        log.error("\(sound.name): \(error.localizedDescription)")
                    }
                }
                self.isHeld = false
                task.setTaskCompleted(success: got == sounds.count)
            }
            // Stop was pressed, or the system needs the time: it does not say which. The rest waits for the app.
            task.expirationHandler = { @Sendable in work.cancel() }
        }
        return await submitted(identifier)
    }
}

@concurrent
func fetch(_ sound: Sound, to shelf: Shelf) async throws {
    let (location, answer) = try await URLSession.shared.download(from: sound.address)
    guard (answer as? HTTPURLResponse)?.statusCode == 200 else { throw URLError(.badServerResponse) }
    try shelf.keep(location, as: sound)
}

/// Off the main thread, where submitTaskRequest may not be called.
@available(iOS 26.0, *)
@concurrent
func submitted(_ identifier: String) async -> Bool {
    let request = BGContinuedProcessingTaskRequest(
        identifier: identifier, title: "Getting all sounds", subtitle: "You can leave the app"
    )
    request.strategy = .fail // refused now, the session takes over now
    do {
        if #available(iOS 27.0, *) {
            try await BGTaskScheduler.shared.submitTaskRequest(request)
        } else {
            try BGTaskScheduler.shared.submit(request)
        }
        return true
    } catch {
        return false
    }
}

// MARK: - The card, below iOS 26

@available(iOS 16.2, *)
extension SoundSync {
    private var cards: [Activity<SoundAttributes>] {
        Activity<SoundAttributes>.activities.filter { $0.activityState == .active || $0.activityState == .stale }
    }

    private func showCard(of total: Int) throws {
        guard cards.isEmpty, ActivityAuthorizationInfo().areActivitiesEnabled else { return }
        let card = try Activity.request(
            attributes: SoundAttributes(total: total), content: content(done: 0, .coming), pushType: .token
        )
        watch(card)
    }

    /// What is so now, whoever has launched the app.
    private func tellCards() async {
        guard let missing = try? shelf.store.missing().count else { return }
        let moves = await !session.allTasks.isEmpty
        for card in cards {
            let done = max(card.attributes.total - missing, 0)
            if missing == 0 {
                await card.end(content(done: done, .coming), dismissalPolicy: .default)
            } else {
                await card.update(content(done: done, moves ? .coming : .stopped))
            }
        }
    }

    private func content(
        done: Int, _ phase: SoundAttributes.Phase
    ) -> ActivityContent<SoundAttributes.ContentState> {
        let now = Date.now
        let state = SoundAttributes.ContentState(done: done, phase: phase, at: now)
        return ActivityContent(state: state, staleDate: now.addingTimeInterval(600)) // a promise for ten minutes
    }
}

// MARK: - Tokens: the server needs one to start a card, and one for each card that it updates

@available(iOS 16.2, *)
extension SoundSync {
    private func watchTokens() {
        for card in cards { watch(card) }
        Task {
            for await card in Activity<SoundAttributes>.activityUpdates { watch(card) } // also one that a push started
        }
        guard #available(iOS 17.2, *) else { return }
        Task {
            for await token in Activity<SoundAttributes>.pushToStartTokenUpdates { await tell("start", token) }
        }
    }

    /// The stream may stay silent, so the token is read as well.
    private func readStartToken() async {
        guard #available(iOS 17.2, *), let token = Activity<SoundAttributes>.pushToStartToken else { return }
        await tell("start", token)
    }

    private func watch(_ card: Activity<SoundAttributes>) {
        guard watched.insert(card.id).inserted else { return }
        Task {
            for await token in card.pushTokenUpdates { await tell("update/\(card.id)", token) } // it can change
        }
    }

    /// Written down first: the run time of a background launch can end before the server has answered.
    private func tell(_ what: String, _ token: Data) async {
        unsent[what] = token.map { String(format: "%02x", $0) }.joined()
        await sendTokens()
    }

    private func sendTokens() async {
        for (what, token) in unsent {
            var request = URLRequest(url: server.appending(path: what))
            request.httpMethod = "PUT"
            let answer = try? await URLSession.shared.upload(for: request, from: Data(token.utf8)).1
            let status = (answer as? HTTPURLResponse)?.statusCode ?? 0
            guard (200..<300).contains(status), unsent[what] == token else { continue }
            unsent[what] = nil
        }
    }

    private var unsent: [String: String] {
        get { UserDefaults.standard.dictionary(forKey: "unsent tokens") as? [String: String] ?? [:] }
        set { UserDefaults.standard.set(newValue, forKey: "unsent tokens") }
    }
}
