package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.Map;

import io.troupe.cluster.SendOutcome.Accepted;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import io.troupe.cluster.internal.delivery.SendOutput.Taken;
import io.troupe.transport.Offer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LinksTest {
    /** The sender of a message that cannot wait is told why it did not leave. */
    @Test
    void whatTheLinkSaysOfAMessageIsWhatItsSenderIsTold() {
        assertThat(Links.outcome(Offer.ACCEPTED)).isEqualTo(new Accepted());
        Map.of(
                        Offer.BACK_PRESSURED, Reason.BACK_PRESSURED,
                        Offer.NOT_CONNECTED, Reason.NOT_CONNECTED,
                        Offer.CIRCUIT_OPEN, Reason.CIRCUIT_OPEN,
                        Offer.TOO_LARGE, Reason.TOO_LARGE,
                        Offer.CLOSED, Reason.CLOSED)
                .forEach((offer, reason) -> assertThat(Links.outcome(offer)).isEqualTo(new NotExecuted(reason)));
    }

    @Test
    void onlyAMessageThatTheOtherNodeNeverTakesIsNotTriedAgain() {
        assertThat(Links.taken(Offer.ACCEPTED)).isEqualTo(Taken.YES);
        assertThat(Links.taken(Offer.TOO_LARGE)).isEqualTo(Taken.TOO_LARGE);
        for (Offer offer : List.of(Offer.BACK_PRESSURED, Offer.NOT_CONNECTED, Offer.CIRCUIT_OPEN, Offer.CLOSED)) {
            assertThat(Links.taken(offer)).isEqualTo(Taken.NOT_NOW);
        }
    }
}
