// Going on where a cut upload stopped, in a session of the app's own.
import Foundation

func send(_ file: URL, with request: URLRequest, in session: URLSession) async throws -> URLResponse {
    do {
        return try await session.upload(for: request, fromFile: file).1
    } catch let error as URLError {
        // No resume data: an older system, or a server that does not speak the protocol.
        guard #available(iOS 17, *), let rest = error.uploadTaskResumeData else { throw error }
        return try await session.upload(resumeFrom: rest).1
    }
}
