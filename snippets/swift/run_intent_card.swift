// The system draws the card from the progress that is reported.
import AppIntents

@available(iOS 27, *)
struct PostStory: LongRunningIntent, CancellableIntent {
    static let title: LocalizedStringResource = "Post story"
    @Parameter(title: "Film") var film: IntentFile

    func perform() async throws -> some IntentResult {
        let parts = try await partsToSend(of: film)
        try await performBackgroundTask {
            progress.totalUnitCount = Int64(parts.count)
            progress.localizedDescription = "Posting your story"
            for part in parts {
                try Task.checkCancellation() // the person tapped Stop, or the time is up
                try await send(part)
                progress.completedUnitCount += 1 // silence can end the extra time
            }
        } onCancel: { reason in
            print("stopped: \(String(reflecting: reason))")
        }
        return .result()
    }

    /// Several parts: one alone would have no progress to report. A long film is read from its fileURL, not into memory.
    func partsToSend(of film: IntentFile) async throws -> [Data] {
        let (whole, size) = (film.data, 1_000_000)
        return stride(from: 0, to: whole.count, by: size).map { whole[$0..<min($0 + size, whole.count)] }
    }

    func send(_ part: Data) async throws {
        var request = URLRequest(url: URL(string: "https://example.com/stories")!)
        request.httpMethod = "POST"
        let (_, answer) = try await URLSession.shared.upload(for: request, from: part)
        let status = (answer as? HTTPURLResponse)?.statusCode ?? 0 // a 503 is no error of the transfer
        guard (200..<300).contains(status) else { throw URLError(.badServerResponse) }
    }
}
