package io.troupe.metadata.internal.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.troupe.metadata.Compare;
import io.troupe.metadata.Compare.Relation;
import io.troupe.metadata.Compare.Target;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.RandomEntries;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EntryCodecTest {
    private static final SessionId SESSION = new SessionId("n1", 300);
    private static final byte[] AB = {'a', 'b'};

    @Property
    void entriesSurviveTheirBytes(@ForAll long seed) {
        List<Command> entry = randomEntry(seed);
        byte[] bytes = EntryCodec.encode(entry);
        List<Command> decoded = EntryCodec.decode(bytes);
        assertThat(decoded).usingRecursiveComparison().isEqualTo(entry);
        assertThat(EntryCodec.encode(decoded)).isEqualTo(bytes);

        ByteBuffer within = ByteBuffer.allocateDirect(bytes.length + 7).position(3);
        within.put(bytes).flip().position(3);
        assertThat(EntryCodec.encode(EntryCodec.decode(within))).isEqualTo(bytes);
        assertThat(within.position()).isEqualTo(3);
    }

    @Property
    void submitsJoinedFromEncodedTransactionsAreTheSameBytes(@ForAll long seed) {
        RandomEntries random = new RandomEntries(seed);
        List<Txn> txns = List.of(random.txn(), random.txn(), random.txn());
        byte[] submit = EntryCodec.encodeSubmit(
                SESSION, seed, txns.stream().map(EntryCodec::encodeTxn).toList());
        Command command = new Command.Submit(SESSION, seed, txns);
        assertThat(submit).isEqualTo(EntryCodec.encodeCommand(command));
        assertThat(EntryCodec.decodeCommand(submit)).usingRecursiveComparison().isEqualTo(command);
        assertThat(EntryCodec.join(List.of(submit, submit))).isEqualTo(EntryCodec.encode(List.of(command, command)));
    }

    @Property(tries = 1000)
    void damagedBytesAreRefusedOrReadButNothingElseHappens(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = EntryCodec.encode(randomEntry(seed));
        for (int damage = random.nextInt(4); damage >= 0; damage--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        decodeOrRefuse(Arrays.copyOf(bytes, random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length));
    }

    @Property(tries = 1000)
    void randomBytesAreRefusedOrReadButNothingElseHappens(@ForAll byte[] bytes) {
        decodeOrRefuse(bytes);
        byte[] withVersion = bytes.clone();
        if (withVersion.length > 1) {
            withVersion[0] = 1;
            withVersion[1] &= 0x3;
        }
        decodeOrRefuse(withVersion);
    }

    private static void decodeOrRefuse(byte[] bytes) {
        try {
            // What can be read can be written, and applied.
            List<Command> entry = EntryCodec.decode(bytes);
            EntryCodec.encode(entry);
            new MetadataState().apply(1, entry);
        } catch (CodecException e) {
            assertThat(e.getMessage()).contains("at byte ").contains("expected ");
        }
    }

    @Example
    void formatDoesNotChangeSilently() {
        Txn txn = new Txn(
                List.of(
                        new Compare("k", Target.VERSION, Relation.EQUAL, 1, new byte[0]),
                        new Compare("k", Target.CREATE_REVISION, Relation.NOT_EQUAL, -1, new byte[0]),
                        new Compare("k", Target.MOD_REVISION, Relation.LESS, 64, new byte[0]),
                        new Compare("k", Target.VALUE, Relation.GREATER, 0, AB),
                        new Compare("ä", Target.VALUE_PREFIX, Relation.EQUAL, 0, AB)),
                List.of(
                        new Op.Put("k", AB),
                        new Op.Put("k", AB, SESSION),
                        new Op.Delete("k"),
                        new Op.DeleteRange("k/"),
                        new Op.Get("k"),
                        new Op.Settle(SESSION, -1, 5, 4, 255, AB),
                        new Op.GetRange("k/", "k/a", 5),
                        new Op.Append("q", AB),
                        new Op.Settle(SESSION, -1, 5, 4, 255, AB).before(new Op.Deadline(64, 4))),
                List.of(new Op.Get("e"), new Op.GetRevision("f")));
        assertGolden(
                new Command.Submit(SESSION, 7, List.of(txn)),
                "01017e" + "01026e31d804" + "0e" + "01"
                        + "05" + "0101016b0200" + "0202016b0100" + "0303016b800100" + "0404016b00026162"
                        + "050102c3a400026162"
                        + "09" + "01016b02616200" + "01016b02616201026e31d804" + "02016b" + "03026b2f" + "04016b"
                        + "05026e31d804010a08ff026162" + "06026b2f036b2f610a" + "070171026162"
                        + "08800104026e31d804010a08ff026162"
                        + "02" + "040165" + "090166");
        assertGolden(new Command.OpenSession("n1", "d", -2, 5000), "010110" + "02026e310164fffffffffffffffe904e");
        assertGolden(new Command.CloseSession(SESSION), "010106" + "03026e31d804");
        assertGolden(new Command.ExpireSession(SESSION, 301), "010108" + "04026e31d804da04");
        assertGolden(new Command.Tick(1_000_000, List.of(SESSION)), "01010a" + "0580897a01026e31d804");
        assertGolden(new Command.Lead("n1"), "010104" + "06026e31");
        assertGolden(
                new Command.JoinSession(SESSION, "d", -2, 5000), "010112" + "07026e31d8040164fffffffffffffffe904e");
    }

    private static void assertGolden(Command command, String hex) {
        byte[] bytes = EntryCodec.encode(List.of(command));
        assertThat(Bytes.hex(bytes)).as("bytes of %s", command).isEqualTo(hex);
        assertThat(EntryCodec.decode(bytes)).usingRecursiveComparison().isEqualTo(List.of(command));
    }

    @Example
    void everyWrongFieldSaysWhereItIsAndWhatWasExpected() {
        assertRefused("", "at byte 0 of 0: expected one more byte");
        assertRefused("02", "expected a log entry of version 1 to 1 before here, not 2", "upgrade this one");
        assertRefused("0101", "expected 1 elements of at least 2 bytes");
        assertRefused("01ffffffff7f", "at byte 1 of 6: expected a count from 0 to 2147483647");
        assertRefused("0101ff0700", "at byte 2 of 5: expected 1023 elements of at least 1 bytes");
        assertRefused("01010209ff", "expected a command from 1 to 7 before here, not 9");
        assertRefused("010105" + "06026e3100", "at byte 4 of 5: expected the end");
        assertRefused("010104" + "06026e31" + "00", "expected the end");
        assertRefused("010104" + "0602c328", "at byte 1 of 4: expected UTF-8 text");
        String submit = "01026e31d80402" + "01";
        assertBodyRefused(submit + "000000" + "00", "at byte 11 of 12: expected the end");
        assertBodyRefused(submit + "00010a00", "an operation from 1 to 9 before here, not 10");
        assertBodyRefused(submit + "0001" + "06000000" + "00", "a limit before here, not 0");
        assertBodyRefused(submit + "00010300", "expected a prefix before here");
        assertBodyRefused(submit + "0001" + "050000000000000000", "a sequence from 1 before here, not 0");
        assertBodyRefused(submit + "0001" + "050000000200000000", "a floor from 1 before here, not 0");
        assertBodyRefused(submit + "0001" + "080004" + "0000000000000000", "a sequence from 1 before here, not 0");
        assertBodyRefused(submit + "0001" + "080004" + "0000000200000000", "a floor from 1 before here, not 0");
        assertBodyRefused(submit + "0001" + "0801040000000000000000", "a time from 0 before here, not -1");
        assertBodyRefused(submit + "01" + "0901" + "0000000000", "a target from 1 to 5 before here, not 9");
        assertBodyRefused(submit + "01" + "0109" + "0000000000", "a relation from 1 to 4 before here, not 9");
        assertBodyRefused(submit + "0001" + "01016b00" + "02", "0 or 1 before here, not 2");
        assertRefused("01010c" + "05ffffffffffffffffff0300", "expected a number of at most 64 bits");
    }

    private static void assertBodyRefused(String hex, String... parts) {
        assertRefused(String.format("0101%02x", hex.length() / 2) + hex, parts);
    }

    private static void assertRefused(String hex, String... parts) {
        assertThatThrownBy(() -> EntryCodec.decode(java.util.HexFormat.of().parseHex(hex)))
                .isInstanceOf(CodecException.class)
                .message()
                .contains(parts);
    }

    @Example
    void limitsAreNamedBeforeAnythingIsSubmitted() {
        byte[] large = new byte[MetadataStore.MAX_VALUE_LENGTH + 1];
        assertTooLarge(Txn.of(new Op.Put("big", large)), "key big has 1048577 bytes, the limit is 1048576", "split");
        assertTooLarge(Txn.of(new Op.Append("big", large)), "an entry of queue big has 1048577 bytes");
        assertTooLarge(new Txn(List.of(), List.of(), List.of(new Op.Put("big", large))), "key big has 1048577 bytes");
        assertTooLarge(
                Txn.of(new Op.Settle(SESSION, 1, 9, 1, 1, new byte[Op.Settle.MAX_REPLY_LENGTH + 1])),
                "reply to message 9 of n1#300 has 65537 bytes, the limit is 65536");
        byte[] half = new byte[MetadataStore.MAX_TXN_LENGTH / 2];
        assertTooLarge(
                Txn.of(new Op.Put("a", half), new Op.Put("b", half)),
                "a transaction of 1048593 bytes, the limit is 1048576",
                "split it into several");
    }

    private static void assertTooLarge(Txn txn, String... parts) {
        assertThatThrownBy(() -> EntryCodec.encodeTxn(txn))
                .isInstanceOfSatisfying(
                        MetadataException.class, e -> assertThat(e.code()).isEqualTo(MetadataException.Code.TOO_LARGE))
                .message()
                .contains(parts);
    }

    @Example
    void halfASurrogatePairIsRefusedWhenItIsWritten() {
        assertThatThrownBy(() -> EntryCodec.encodeTxn(Txn.of(new Op.Get("a\ud83d"))))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("half a surrogate pair");
    }

    private static List<Command> randomEntry(long seed) {
        RandomEntries random = new RandomEntries(seed);
        MetadataState state = new MetadataState();
        List<Command> entry = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            entry = random.next(state.view());
            state.apply(1, entry);
        }
        return entry;
    }
}
