package io.auspex.serving;

/**
 * Says that a model needs the live vectors of a schema. As long as one use of a schema is open its
 * state is kept; the last one that closes drops it. Closing twice does nothing.
 */
public interface SchemaUse extends AutoCloseable {

    /** For a model whose market is not the one that is live. */
    SchemaUse NONE = () -> {};

    @Override
    void close();
}
