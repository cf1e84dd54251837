package io.troupe.transport;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

import io.troupe.transport.MessagingSystem.FrameHandler;

/** Nodes that idle as one of Agrona's strategies does, each as another one. */
class IdlingContractTest extends MessagingSystemContract {
    /** Not SPIN: as many spinning threads as processors are what the log warns of. */
    private final Iterator<Idling> next = Stream.generate(() -> List.of(Idling.BACKOFF, Idling.SLEEP, Idling.YIELD))
            .flatMap(List::stream)
            .iterator();

    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        return MessagingSystems.tcp(
                TransportConfig.builder(nodeId)
                        .bind("127.0.0.1", 0)
                        .idleStrategy(next.next().strategies())
                        .lanes(Lane.CONTROL, Lane.ORDINARY, Lane.BULK)
                        .ringCapacity(1024 * 1024)
                        .maxFrameLength(LONGEST)
                        .linkTimeout(Duration.ofDays(1))
                        .sessionTimeout(Duration.ofDays(1))
                        .build(),
                handler);
    }
}
