namespace PbKv.Checking;

/// <summary>Changes as random clients ask for them: of those on a condition, some are done and some are not.</summary>
internal static class AnyChange
{
    /// <param name="token">A value that nobody else puts.</param>
    /// <param name="seen">What the client knows of the key; it may be old.</param>
    public static Change Draw(Chance chance, Bytes token, Finding seen)
    {
        var condition = chance.Percent(40)
            ? ChangeCondition.None
            : (ChangeCondition)chance.Between((int)ChangeCondition.Absent, (int)ChangeCondition.Revision);
        var effect =
            chance.Percent(40) ? ChangeEffect.Add
            : chance.Percent(25) ? ChangeEffect.Delete
            : ChangeEffect.Put;
        return new Change(condition, effect, WantsValue: chance.Percent(50))
        {
            Expected = condition == ChangeCondition.Value ? seen.Value : default,
            Revision = condition == ChangeCondition.Revision ? seen.Revision : 0,
            Value =
                effect != ChangeEffect.Put ? default
                : chance.Percent(50) ? token
                : Number(chance),
            Amount = effect == ChangeEffect.Add ? chance.Between(-2, 3) : 0,
        };
    }

    private static Bytes Number(Chance chance) =>
        Bytes.Utf8(chance.Percent(90) ? $"{chance.Below(10)}" : $"{long.MaxValue - chance.Below(2)}");
}
