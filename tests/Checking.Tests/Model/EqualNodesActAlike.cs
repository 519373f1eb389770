using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

/// <summary>
/// The search keeps one node for each fingerprint. So two nodes of one fingerprint must act alike for ever: nodes that
/// walk along by themselves are compared with those that the search kept, which came to the same fingerprint on other
/// ways.
/// </summary>
public class EqualNodesActAlike(ITestOutputHelper output)
{
    public static TheoryData<string> Names => SetupsHold.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void On_random_walks_through(string name)
    {
        const ulong Seed = 4711;
        output.WriteLine($"seed {Seed}");
        var universe = new ModelUniverse(ModelSetups.Find(name), SafetyRules.All);
        var moves = new ModelMoves(universe);
        var script = new ModelScript(universe, moves);
        universe.Setup.Prefix(script);
        var chance = new Chance(Seed);
        for (var walk = 0; walk < 150; walk++)
            Walk(universe, moves, script.State, chance);
    }

    private static void Walk(ModelUniverse universe, ModelMoves moves, ModelState state, Chance chance)
    {
        var nodes = state.Locals.Select(id => id == ModelState.Gone ? null : universe.Local(id).Node.Clone()).ToArray();
        var enabled = new List<ModelAction>();
        var effects = new Effects();
        for (var step = 0; step < 80; step++)
        {
            moves.Enabled(state, enabled);
            if (enabled.Count == 0)
                return;
            var action = enabled[chance.Below(enabled.Count)];
            var before = state;
            state = moves.Apply(state, action, charge: true, out var kept);
            if (kept is null || state.LivesOf(action.Slot) != before.LivesOf(action.Slot))
            {
                nodes[action.Slot] =
                    state.Locals[action.Slot] == ModelState.Gone
                        ? null
                        : universe.Local(state.Locals[action.Slot]).Node.Clone();
                continue;
            }
            effects.Clear();
            universe.Feed(
                nodes[action.Slot]!,
                action.Slot,
                universe.Local(before.Locals[action.Slot]).Begun,
                action,
                effects
            );
            Assert.Equal(Print(kept.To.Node), Print(nodes[action.Slot]!));
            Assert.Equal(kept.Completions, effects.Completions);
            Assert.Equal(
                kept.Sends.Select(id => MessageText.Of(universe.Message(id).Message)),
                effects.Messages.Select(outgoing => MessageText.Of(outgoing.Message))
            );
        }
    }

    private static ulong Print(Node node)
    {
        var print = new Fingerprint();
        node.AddTo(ref print);
        return print.Value;
    }
}
