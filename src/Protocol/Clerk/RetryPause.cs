namespace PbKv.Protocol;

/// <summary>
/// The pause before the next try: twice as long each time, up to a cap, and as long again as the host draws.
/// </summary>
internal struct RetryPause
{
    private int _doublings;

    public bool IsOn { get; private set; }

    /// <summary>Whether the pauses have grown as long as they get.</summary>
    public readonly bool IsLongest(ProtocolSettings settings) => Longest(settings) >= settings.RetryMaxMs;

    /// <param name="most">It does not grow beyond this; whether it would have is remembered.</param>
    public void Begin(ProtocolSettings settings, Effects effects, int most = int.MaxValue)
    {
        if (IsOn)
            return;
        IsOn = true;
        var longest = (int)Math.Min(Longest(settings), Math.Min(settings.RetryMaxMs, most));
        effects.Set(new RetryTimer(), longest / 2, longest);
        if (!IsLongest(settings))
            _doublings++;
    }

    public void End(Effects effects)
    {
        IsOn = false;
        effects.Cancel(new RetryTimer());
    }

    public void OnTimer() => IsOn = false;

    /// <summary>Something worked: the next trouble begins with the shortest pause.</summary>
    public void Shorten() => _doublings = 0;

    public readonly void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(IsOn);
        fingerprint.Add(_doublings);
    }

    private readonly long Longest(ProtocolSettings settings) => (2L * Math.Max(1, settings.RetryMinMs)) << _doublings;
}
