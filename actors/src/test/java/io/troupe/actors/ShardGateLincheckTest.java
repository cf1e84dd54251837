package io.troupe.actors;

import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A shard that is to move is told to be quiet, and never while a turn runs that was let in. */
@Tag("lincheck")
public class ShardGateLincheckTest {
    private final ShardGate gate = new ShardGate();
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean moving;
    private volatile boolean quiet;
    private volatile boolean broken;

    @Operation
    public void turn() {
        gate.enter();
        if (!moving) {
            inside.incrementAndGet();
            broken |= quiet;
            inside.decrementAndGet();
        }
        gate.leave();
    }

    @Operation
    public void move() {
        moving = true;
        gate.whenQuiet(() -> {
            quiet = true;
            broken |= inside.get() > 0;
        });
    }

    @Validate
    public void whoMovesIsTold() {
        if (broken || moving != quiet) {
            throw new IllegalStateException(broken ? "quiet was told while a turn ran" : "nobody was told of quiet");
        }
    }

    @Test
    void quietIsToldOnceNobodyRunsAndNotBefore() {
        Lincheck.check(
                ShardGateLincheckTest.class,
                new ModelCheckingOptions(),
                "|turn|move|",
                "|turn turn|move|",
                "|turn|move turn|");
    }
}
