package io.troupe.transport;

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
                TcpContractTest.config(nodeId)
                        .idleStrategy(next.next().strategies())
                        .build(),
                handler);
    }
}
