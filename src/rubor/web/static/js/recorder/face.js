// Whether a face is in place: the app itself looks at a still of the preview, in memory, and answers.

import { send } from "../http.js";

const STILL_WIDTH = 640;

/** Ask the app about the picture that a video shows now; null while there is none. */
export async function faceInPlace(video, url) {
  if (!video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(STILL_WIDTH, video.videoWidth);
  canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  const still = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  return send("POST", `${url}?width=${video.videoWidth}`, still);
}
