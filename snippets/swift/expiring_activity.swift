// For an extension, which cannot call UIApplication.
import Foundation

func sendNote(_ file: URL, to request: URLRequest) {
    let ended = DispatchSemaphore(value: 0)
    let upload = URLSession.shared.uploadTask(with: request, fromFile: file) { _, _, _ in
        ended.signal()
    }
    ProcessInfo.processInfo.performExpiringActivity(withReason: "send note") { expired in
        if expired { // about to be suspended, or no time was granted at all
            upload.cancel()
            ended.signal()
        } else { // the activity lasts until this block returns
            upload.resume()
            ended.wait()
        }
    }
}
