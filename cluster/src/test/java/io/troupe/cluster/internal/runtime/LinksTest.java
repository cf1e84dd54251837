package io.troupe.cluster.internal.runtime;

import java.util.Map;

import io.troupe.cluster.SendOutcome.Accepted;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
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
                        Offer.CLOSED, Reason.CLOSED)
                .forEach((offer, reason) -> assertThat(Links.outcome(offer)).isEqualTo(new NotExecuted(reason)));
    }
}
