package io.troupe.metadata.internal.state;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.state.Outcome.SessionOpened;
import io.troupe.metadata.internal.state.Outcome.Submitted;

/** A state with one open session, and short ways to change it. */
abstract class StateFixture {
    static final byte[] NONE = {};

    MetadataState state = new MetadataState();
    List<WatchEvent> events = List.of();
    long sequence;
    final SessionId own = open("n1", "disk", 1);

    SessionId open(String nodeId, String storageId, long nonce) {
        return ((SessionOpened) apply(new Command.OpenSession(nodeId, storageId, nonce, 5000))).session();
    }

    TxnResult txn(Txn txn) {
        Submitted outcome = (Submitted) apply(new Command.Submit(own, ++sequence, List.of(txn)));
        return outcome.results().get(0);
    }

    Outcome apply(Command command) {
        return apply(1, command);
    }

    Outcome apply(long term, Command command) {
        Applied applied = state.apply(term, List.of(command));
        events = applied.events();
        return applied.outcomes().get(0);
    }

    KeyValue key(String key) {
        return Objects.requireNonNull(state.view().get(key), key);
    }

    String text(String key) {
        return new String(key(key).value(), StandardCharsets.UTF_8);
    }

    static Op put(String key, String value) {
        return new Op.Put(key, bytes(value));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Session session(String nodeId) {
        return Objects.requireNonNull(state.view().session(nodeId), nodeId);
    }
}
