package io.auspex.kafka;

/**
 * Something that was committed and is to be sent.
 *
 * @param epoch in which positions are counted
 * @param position later ones are higher
 * @param key what is about the same thing has the same key, and keeps its order
 * @param id the same for ever, so that a consumer can tell a repetition
 * @param json the message
 */
record Entry(String epoch, long position, String key, String id, String json) {}
