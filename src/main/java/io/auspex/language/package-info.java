/**
 * Owns the member of the ensemble that is a language model, {@code mistral_ai}, and the local
 * server that may run it.
 *
 * <p>One flow: the ensemble asks {@link io.auspex.language.LanguageMember} about a close; on
 * threads of its own it reads the newest candles of each symbol, writes them into the {@link
 * io.auspex.language.Prompt}, asks an OpenAI-compatible chat endpoint through {@link
 * io.auspex.language.ChatClient}, and takes nothing but an {@link io.auspex.language.Opinion} of
 * the demanded form. What comes too late is left out, and kept for whoever asks about that close
 * again.
 *
 * <p>Arrows: {@code language -> ensemble, model, features, market, platform}.
 */
@NullMarked
package io.auspex.language;

import org.jspecify.annotations.NullMarked;
