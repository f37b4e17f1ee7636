/** The microphone as a voice note needs it: one recording at a time, stopped by itself at the limit. */
import { onUnmounted, ref } from 'vue'

export type RecorderProblem = 'unsupported' | 'refused' | 'noMic' | 'short'

/** Chromium and Firefox record WebM, Safari MP4; the server takes both. */
const FORMATS = ['audio/webm;codecs=opus', 'audio/webm', 'audio/mp4']
/** 24 kbit/s is clear speech in Opus: a minute is 180 KB. */
const BITS_PER_SECOND = 24_000
const TICK_MS = 200
/** Shorter than this nobody said anything. */
const SHORTEST_MS = 700

const formatHere = () => FORMATS.find((format) => MediaRecorder.isTypeSupported(format))
export const canRecord = () =>
  typeof MediaRecorder !== 'undefined' && Boolean(navigator.mediaDevices?.getUserMedia) && formatHere() !== undefined

export function useRecorder(secondsMax: () => number, done: (recording: Blob, mime: string) => void) {
  const step = ref<'idle' | 'asking' | 'recording'>('idle')
  const seconds = ref(0)
  const problem = ref<RecorderProblem | ''>('')
  let stream: MediaStream | null = null
  let recorder: MediaRecorder | null = null
  let timer = 0
  let left = false

  function release(): void {
    clearInterval(timer)
    stream?.getTracks().forEach((track) => track.stop())
    stream = null
    recorder = null
    step.value = 'idle'
  }

  function record(from: MediaStream): void {
    const format = formatHere() ?? ''
    const parts: Blob[] = []
    const began = performance.now()
    recorder = new MediaRecorder(from, { mimeType: format, audioBitsPerSecond: BITS_PER_SECOND })
    recorder.ondataavailable = (event) => event.data.size > 0 && parts.push(event.data)
    recorder.onstop = () => {
      const long = performance.now() - began >= SHORTEST_MS
      release()
      const mime = format.split(';')[0] ?? format
      if (long && parts.length > 0) done(new Blob(parts, { type: mime }), mime)
      else problem.value = 'short'
    }
    timer = window.setInterval(() => {
      seconds.value = Math.floor((performance.now() - began) / 1000)
      if (seconds.value >= secondsMax()) stop()
    }, TICK_MS)
    seconds.value = 0
    step.value = 'recording'
    recorder.start()
  }

  async function start(): Promise<void> {
    if (step.value !== 'idle') return
    problem.value = ''
    step.value = 'asking'
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      // Allowed only after the page was left: nobody would see that it records.
      if (left) release()
      else record(stream)
    } catch (failure) {
      release()
      problem.value = failure instanceof DOMException && failure.name === 'NotAllowedError' ? 'refused' : 'noMic'
    }
  }

  const stop = () => recorder?.state === 'recording' && recorder.stop()

  onUnmounted(() => {
    // Whoever goes on without "done" has said it all the same.
    left = true
    stop()
  })

  return { step, seconds, problem, start, stop }
}
