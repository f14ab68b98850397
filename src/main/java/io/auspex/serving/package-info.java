/** Owns ONNX Runtime sessions, their publication and replacement, and live feature vectors. */
@NullMarked
package io.auspex.serving;

import org.jspecify.annotations.NullMarked;
