using System.Collections.Concurrent;

namespace PbKv.Checking;

/// <summary>
/// The changes that one random client asks for: of those on a condition, some are done and some are not.
/// </summary>
public sealed class RandomChanges(Chance chance)
{
    private readonly ConcurrentDictionary<Bytes, Finding> _seen = new();

    /// <summary>What a Look at the key found: changes to come compare with it, be it old by then.</summary>
    public void Saw(Bytes key, Bytes found) => _seen[key] = Finding.Read(found);

    /// <param name="token">A value that nobody else puts.</param>
    public Bytes Next(Bytes key, Bytes token)
    {
        var seen = _seen.GetValueOrDefault(key);
        var kind = chance.Percent(40)
            ? ConditionKind.None
            : (ConditionKind)chance.Between((int)ConditionKind.Absent, (int)ConditionKind.Revision);
        var condition = kind switch
        {
            ConditionKind.Value => new Condition(kind, 0, seen.Value),
            ConditionKind.Revision => new Condition(kind, seen.Revision),
            _ => new Condition(kind),
        };
        var effect =
            chance.Percent(40) ? ChangeEffect.Add
            : chance.Percent(25) ? ChangeEffect.Delete
            : ChangeEffect.Put;
        return new Change(condition, effect, WantsValue: chance.Percent(50))
        {
            Value =
                effect != ChangeEffect.Put ? default
                : chance.Percent(50) ? token
                : Number(),
            Amount = effect == ChangeEffect.Add ? chance.Between(-2, 3) : 0,
        }.Encode();
    }

    private Bytes Number() =>
        Bytes.Utf8(chance.Percent(90) ? $"{chance.Below(10)}" : $"{long.MaxValue - chance.Below(2)}");
}
