export { receiptResponse, receiptStream } from './stream/receipt-response.ts'
export { STREAM_HEADER, stopStream } from './stream/stop-stream.ts'
export type { StreamSource } from './stream/open-source.ts'
export type { ReceiptStream, ReceiptStreamOptions, StreamSigner } from './stream/stream-options.ts'
