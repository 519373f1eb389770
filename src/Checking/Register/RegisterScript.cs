namespace PbKv.Checking;

/// <summary>Leads view services to where a search begins.</summary>
internal sealed class RegisterScript(RegisterWorld world, RegisterModelState state)
{
    private const int Most = 500;

    public RegisterModelState State { get; private set; } = state;

    public bool Leads(int slot) => world.Leads(State.Locals[slot]);

    public RegisterScript Do(RegisterEvent what, int slot, int? argument = null)
    {
        var action = new RegisterAction(what, slot, argument ?? world.ArgumentOf(State, what, slot));
        State = world.Apply(State, action, charge: false).After;
        return this;
    }

    public RegisterScript Tick(int slot) => Do(RegisterEvent.Tick, slot);

    public RegisterScript TickAll()
    {
        for (var slot = 0; slot < State.Locals.Length; slot++)
            Tick(slot);
        return this;
    }

    /// <summary>What is on its way now.</summary>
    public RegisterScript Deliver(Func<RegisterFlying, bool> which)
    {
        foreach (var message in State.Flight.Select(world.Message).Where(which))
            Do(RegisterEvent.Deliver, message.To, message.Id);
        return this;
    }

    /// <summary>Delivered, and on its way still.</summary>
    public RegisterScript Again(Func<RegisterFlying, bool> which)
    {
        foreach (var message in State.Flight.Select(world.Message).Where(which))
            Do(RegisterEvent.Repeat, message.To, message.Id);
        return this;
    }

    /// <summary>What is on its way, and what comes of it.</summary>
    public RegisterScript DeliverAll(Func<RegisterFlying, bool>? which = null)
    {
        for (var left = Most; left > 0; left--)
        {
            if (State.Flight.Select(world.Message).FirstOrDefault(which ?? (_ => true)) is not { } message)
                break;
            Do(RegisterEvent.Deliver, message.To, message.Id);
        }
        return this;
    }

    /// <summary>All else that is on its way is lost.</summary>
    public RegisterScript Keep(Func<RegisterFlying, bool> which)
    {
        State = State with { Flight = [.. State.Flight.Where(id => which(world.Message(id)))] };
        return this;
    }

    /// <summary>The first one misses those from this one on, and hears the others.</summary>
    public RegisterScript Silence(int from)
    {
        for (var tick = 0; tick < 2; tick++)
            Tick(0).DeliverAll(sent => sent.To < from);
        return this;
    }

    /// <summary>The group is founded, and the first one leads it.</summary>
    public RegisterScript Settle()
    {
        for (var round = 0; round < 4; round++)
            TickAll().DeliverAll();
        return Leads(0) ? this : throw new InvalidOperationException("the first one does not lead");
    }
}
