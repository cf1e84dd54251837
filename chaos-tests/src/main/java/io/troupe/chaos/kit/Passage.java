package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** How time passes for a test. */
interface Passage {
    /** {@return nanoseconds since the cluster was started} */
    long nanoTime();

    /** Lets time pass until the condition holds or the limit is over; {@return whether it holds} */
    boolean until(BooleanSupplier condition, Duration limit);
}
