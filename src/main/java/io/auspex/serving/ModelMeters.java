package io.auspex.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;

/**
 * What the sessions of one model tell.
 *
 * @param predict hears of every native call
 * @param drained counts the calls of a version after its successor was published
 * @param drain how long a replaced version takes to close: until its last reader has left
 */
record ModelMeters(Timer predict, Counter drained, Timer drain) {}
