package io.troupe.metadata.internal.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.TxnResult.Reason;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.state.Outcome.Refusal;
import io.troupe.metadata.internal.state.RandomEntries;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

class OutcomeCodecTest {
    private static final SessionId SESSION = new SessionId("n1", 300);

    @Property
    void outcomesSurviveTheirBytes(@ForAll long seed) {
        List<Outcome> outcomes = randomOutcomes(seed);
        byte[] bytes = OutcomeCodec.encode(outcomes);
        assertThat(OutcomeCodec.decode(bytes)).usingRecursiveComparison().isEqualTo(outcomes);
    }

    @Property(tries = 1000)
    void damagedBytesAreRefusedOrReadButNothingElseHappens(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = OutcomeCodec.encode(randomOutcomes(seed));
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        try {
            OutcomeCodec.encode(OutcomeCodec.decode(Arrays.copyOf(bytes, bytes.length - random.nextInt(2))));
        } catch (CodecException e) {
            assertThat(e.getMessage()).contains("at byte ").contains("expected ");
        }
    }

    @Example
    void everyKindOfOutcomeAndResultSurvivesItsBytes() {
        KeyValue key = new KeyValue("k", new byte[] {1}, 1, 2, 3, SESSION);
        List<TxnResult> results = new ArrayList<>(List.of(
                new TxnResult.Succeeded(5, Arrays.asList(key, null)), new TxnResult.CompareFailed(6, List.of())));
        for (Reason reason : Reason.values()) {
            results.add(new TxnResult.SettleRefused(7, reason, 255, new byte[] {9}));
        }
        List<Outcome> outcomes = new ArrayList<>(List.of(
                new Outcome.Submitted(results),
                new Outcome.SessionOpened(SESSION, 300),
                new Outcome.SessionHeld(SESSION, "disk", 5000),
                new Outcome.SessionEnded(8),
                new Outcome.ExpiryDropped(9),
                new Outcome.Ticked(10, List.of(SESSION)),
                new Outcome.Led(3, 11)));
        for (Refusal refusal : Refusal.values()) {
            outcomes.add(new Outcome.SubmitRefused(refusal, 12));
        }
        assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcomes)))
                .usingRecursiveComparison()
                .isEqualTo(outcomes);
    }

    @Example
    void partsOfTheStateSurviveTheirBytes() {
        ByteWriter to = new ByteWriter();
        Session session = new Session(SESSION, "disk", 5000, 301, true);
        Leader leader = new Leader("n2", 4);
        KeyValue key = new KeyValue("k", new byte[] {1}, 1, 2, 3, null);
        WatchEvent delete = new WatchEvent.Delete("k", 9);
        EventCodec.writeSession(to, session);
        EventCodec.writeLeader(to, leader);
        EventCodec.writeEvent(to, new WatchEvent.Put(key));
        EventCodec.writeEvent(to, delete);
        ByteReader from = ByteReader.of(to.toByteArray());
        assertThat(EventCodec.readSession(from)).isEqualTo(session);
        assertThat(EventCodec.readLeader(from)).isEqualTo(leader);
        assertThat(EventCodec.readEvent(from)).usingRecursiveComparison().isEqualTo(new WatchEvent.Put(key));
        assertThat(EventCodec.readEvent(from)).isEqualTo(delete);
        from.expectEnd();
    }

    @Property
    void numbersAndTextsSurviveTheirBytes(@ForAll long number, @ForAll int small, @ForAll String text) {
        String wellFormed = new String(
                text.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.UTF_8);
        ByteWriter to = new ByteWriter();
        to.writeVarLong(number);
        to.writeFixedLong(number);
        to.writeVarInt(small & Integer.MAX_VALUE);
        to.writeVarLong(small);
        to.writeString(wellFormed);
        ByteReader from = ByteReader.of(to.toByteArray());
        assertThat(from.readVarLong()).isEqualTo(number);
        assertThat(from.readFixedLong()).isEqualTo(number);
        assertThat(from.readVarInt()).isEqualTo(small & Integer.MAX_VALUE);
        assertThat(from.readVarInt32()).isEqualTo(small);
        assertThat(from.readString()).isEqualTo(wellFormed);
        from.expectEnd();
    }

    private static List<Outcome> randomOutcomes(long seed) {
        RandomEntries random = new RandomEntries(seed);
        MetadataState state = new MetadataState();
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            outcomes.addAll(state.apply(1, random.next(state.view())).outcomes());
        }
        return outcomes;
    }
}
