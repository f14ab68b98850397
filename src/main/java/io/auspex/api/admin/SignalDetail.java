package io.auspex.api.admin;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.auspex.signals.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * One signal, with what it was made of.
 *
 * @param receipt null for a missed close, and for a signal from before there were receipts
 */
record SignalDetail(@JsonUnwrapped SignalView signal, @Nullable Receipt receipt) {}
