package io.troupe.cluster.internal.runtime;

import java.util.Arrays;

import io.troupe.cluster.internal.delivery.AnswerFrames;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.cluster.spi.HostedActors;

/** Carries answers that are sent by themselves to the node that waits for them, AT_MOST_ONCE. Any thread. */
record Answers(String nodeId, Links links, HostedActors actors) {
    /** False if nothing takes it: then it never arrives. */
    boolean send(AnswerAddress to, byte[] answer) {
        links.checkLength(answer);
        if (to.nodeId().equals(nodeId)) {
            actors.onAnswer(to, answer);
            return true;
        }
        return links.answer(to, answer);
    }

    /** On the transport's thread. */
    void onFrame(byte[] frame) {
        AnswerAddress to = AnswerFrames.decode(nodeId, frame);
        actors.onAnswer(to, Arrays.copyOfRange(frame, AnswerFrames.HEADER_LENGTH, frame.length));
    }
}
