namespace PbKv.Checking;

/// <summary>
/// The log that several view services keep together, as they see it: who is chosen, what is decided, and what they hear
/// of that, late, wrongly or never. One is chosen when the last one is not reached by most; a decision of who was not
/// chosen last comes to nothing.
/// </summary>
internal sealed class SimulatedLog
{
    private const long Look = 25 * World.Millisecond;

    private readonly World _world;
    private readonly IReadOnlyList<Machine> _machines;
    private readonly Func<Machine, ViewServiceMemory?, ViewServiceNode> _make;
    private readonly Chance _chance;
    private long _term;
    private bool _electing;

    public SimulatedLog(
        World world,
        IReadOnlyList<Machine> machines,
        Func<Machine, ViewServiceMemory?, ViewServiceNode> make,
        Chance chance
    )
    {
        (_world, _machines, _make, _chance) = (world, machines, make, chance);
        foreach (var machine in machines)
            machine.OnDecision = (round, memory) => Decide(machine, (ViewServiceMember)machine.Node!, round, memory);
        _world.After(Look, LookAfter);
    }

    /// <summary>The newest that is in it.</summary>
    public ViewServiceMemory? Memory { get; private set; }

    public Machine? Leader { get; private set; }

    public ViewServiceMember? LeadingMember => Leader?.Node as ViewServiceMember;

    /// <summary>Another one is chosen, though nothing is wrong with the last.</summary>
    public void ElectAnother()
    {
        var able = _machines.Where(machine => machine != Leader && IsAble(machine)).ToList();
        if (able.Count > 0)
            Elect(able[_chance.Below(able.Count)]);
    }

    private void LookAfter()
    {
        _world.After(Look, LookAfter);
        if (_electing)
            return;
        if (Leader is null || !IsAble(Leader))
        {
            _electing = true;
            _world.After(_chance.Between(100, 400) * World.Millisecond, ElectAny);
            return;
        }
        // It was told that something is not decided, and gave up what it knew; or it is a new life.
        if (LeadingMember is { Acting: null })
            Elect(Leader);
        foreach (var machine in _machines)
        {
            if (
                machine.Node is ViewServiceMember { Acting: not null } former
                && machine != Leader
                && _chance.Percent(10)
            )
                Tell(machine, former, "hears that another one was chosen", static (m, effects) => m.Follow(effects));
        }
    }

    private void ElectAny()
    {
        _electing = false;
        var able = _machines.Where(IsAble).ToList();
        if (able.Count > 0)
            Elect(able[_chance.Below(able.Count)]);
    }

    private void Elect(Machine machine)
    {
        (Leader, var term) = (machine, ++_term);
        var member = (ViewServiceMember)machine.Node!;
        _world.After(
            _chance.Between(0, 5000),
            () =>
            {
                if (_term == term)
                    Tell(machine, member, "is chosen", (m, effects) => m.Lead(_make(machine, Memory), effects));
            }
        );
    }

    private void Decide(Machine machine, ViewServiceMember member, long round, ViewServiceMemory? memory)
    {
        var delay = _chance.Percent(3) ? _chance.Between(100, 800) * World.Millisecond : _chance.Between(200, 4000);
        // That of now: what was proposed to an earlier term does not come into the log of a later one.
        var term = _term;
        _world.After(delay, () => TryDeciding(machine, member, term, round, memory));
    }

    private void TryDeciding(
        Machine machine,
        ViewServiceMember member,
        long term,
        long round,
        ViewServiceMemory? memory
    )
    {
        if (machine.Node != member)
            return;
        if (term != _term || machine != Leader)
        {
            Say(committed: false);
            return;
        }
        if (!IsAble(machine))
        {
            _world.After(Look, () => TryDeciding(machine, member, term, round, memory));
            return;
        }
        // A full disk, say: it may be in the log for all that.
        var failed = _chance.Percent(1);
        if (!failed || _chance.Percent(50))
            Memory = memory ?? Memory;
        Say(committed: !failed);

        void Say(bool committed) =>
            Tell(
                machine,
                member,
                committed ? "hears that it is decided" : "hears that it is not decided",
                (m, effects) => m.Decided(round, committed, effects)
            );
    }

    /// <summary>It runs, and reaches most of them.</summary>
    private bool IsAble(Machine machine) =>
        Runs(machine)
        && 2 * _machines.Count(other => other == machine || (Runs(other) && IsLinked(machine, other)))
            > _machines.Count;

    private static bool Runs(Machine machine) => machine is { Up: true, Paused: false };

    private bool IsLinked(Machine one, Machine other) =>
        !_world.Network.IsCut(one, other) && !_world.Network.IsCut(other, one);

    private void Tell(Machine machine, ViewServiceMember member, string what, Action<ViewServiceMember, Effects> input)
    {
        if (machine.Node != member)
            return;
        if (machine.Paused)
            machine.Waiting.Add(() => Tell(machine, member, what, input));
        else
            _world.Act(machine, what, (node, effects) => input((ViewServiceMember)node, effects));
    }
}
