package io.troupe.chaos.check;

/** A register that can also be changed by compare-and-set. Its state is its value. */
final class CasRegister implements Model {
    private final ReadWriteRegister register = new ReadWriteRegister();

    @Override
    public String name() {
        return "cas register";
    }

    @Override
    public boolean knows(Event.Kind kind) {
        return true;
    }

    @Override
    public int initial() {
        return register.initial();
    }

    @Override
    public int step(int state, Operation operation) {
        if (operation.kind() != Event.Kind.CAS) {
            return register.step(state, operation);
        }
        boolean matches = state == operation.expected();
        if (operation.isRefused()) {
            return matches ? ILLEGAL : state;
        }
        if (matches) {
            return operation.value();
        }
        return operation.isKnown() ? ILLEGAL : state;
    }

    @Override
    public boolean onlyObserves(Operation operation) {
        return operation.kind() == Event.Kind.CAS
                ? operation.isRefused() || operation.expected() == operation.value()
                : register.onlyObserves(operation);
    }

    @Override
    public boolean overwrites(Operation operation) {
        return operation.kind() == Event.Kind.WRITE;
    }
}
