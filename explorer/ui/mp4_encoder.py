"""Encodes frames from standard input as MP4; `explorer.ui.movies` runs this file as a process.

VP9 works on some 25 frames at a time, for many seconds, and cannot be asked to stop: a process can.

Arguments: file, width, height, frames a second. Input: RGB, 8 bits, one frame after the other.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np

# VP9 plays in browsers; MPEG-4 Part 2 is what every build of OpenCV can write.
CODECS = ("vp09", "mp4v")
NO_CODEC = 3  # the exit code where it has neither


def main(path: str, width: int, height: int, fps: float) -> int:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # a codec that lacks is tried
    for codec in CODECS:
        writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*codec), fps, (width, height))
        if writer.isOpened():
            break
    else:
        return NO_CODEC
    while len(data := sys.stdin.buffer.read(width * height * 3)) == width * height * 3:
        frame = np.frombuffer(data, np.uint8).reshape(height, width, 3)
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
