package io.troupe.chaos.check;

/** A register that is read and written. Its state is its value. */
final class ReadWriteRegister implements Model {
    @Override
    public String name() {
        return "read/write register";
    }

    @Override
    public boolean knows(Event.Kind kind) {
        return kind != Event.Kind.CAS;
    }

    @Override
    public int initial() {
        return Operation.ABSENT;
    }

    @Override
    public int step(int state, Operation operation) {
        return switch (operation.kind()) {
            case READ -> !operation.isKnown() || operation.value() == state ? state : ILLEGAL;
            case WRITE -> operation.value();
            case CAS -> throw new IllegalArgumentException(name() + " has no cas: " + operation);
        };
    }

    @Override
    public boolean onlyObserves(Operation operation) {
        // Not a write of the value that is there: it would still change another one.
        return operation.kind() == Event.Kind.READ;
    }

    @Override
    public boolean overwrites(Operation operation) {
        return operation.kind() == Event.Kind.WRITE;
    }
}
