namespace PbKv.Protocol;

/// <summary>
/// A view service with what it keeps together with the others: its <see cref="ViewServiceMember"/> says what is to be
/// decided, its <see cref="Protocol.Register"/> decides it. Who leads the register acts.
/// </summary>
/// <param name="make">Makes what acts, from the newest memory, in the cluster of that id.</param>
internal sealed class ViewServiceGroup(
    Register register,
    ViewServiceMember member,
    Func<ClusterId, ViewServiceMemory?, ViewServiceNode> make
) : Node
{
    private Register _register = register;
    private ViewServiceMember _member = member;
    private long _term;

    public Register Register => _register;

    public ViewServiceMember Member => _member;

    public override void Start(Effects effects)
    {
        _register.Start(effects);
        Settle(effects);
    }

    public override void Handle(NodeAddress from, Message message, Effects effects)
    {
        switch (message)
        {
            case ViewServices told:
                _register.Hear(from, told);
                break;
            case Joining:
                _register.Handle(from, message, effects);
                effects.Send(from, _member.Known);
                break;
            case IRegisterMessage:
                _register.Handle(from, message, effects);
                break;
            default:
                _member.Handle(from, message, effects);
                break;
        }
        Settle(effects);
    }

    public override void OnTimer(NodeTimer timer, Effects effects)
    {
        if (timer is not PatienceTimer)
            _member.OnTimer(timer, effects);
        if (timer is RegisterTick or ViewServiceTick or PatienceTimer)
        {
            HandOver(effects, beats: true);
            _register.OnTimer(timer, effects);
        }
        Settle(effects);
    }

    public override void OnConnectionLost(NodeAddress peer, Effects effects)
    {
        _register.OnConnectionLost(peer, effects);
        _member.OnConnectionLost(peer, effects);
        Settle(effects);
    }

    /// <inheritdoc cref="ViewServiceNode.OnClientsGone"/>
    public void OnClientsGone(string system) => _member.OnClientsGone(system);

    public override Node Clone()
    {
        var clone = (ViewServiceGroup)MemberwiseClone();
        clone._register = (Register)_register.Clone();
        clone._member = (ViewServiceMember)_member.Clone();
        return clone;
    }

    public override void AddTo(ref Fingerprint fingerprint)
    {
        _register.AddTo(ref fingerprint);
        _member.AddTo(ref fingerprint);
        fingerprint.Add(_term);
    }

    /// <summary>Hands on between the two until neither has anything for the other.</summary>
    private void Settle(Effects effects)
    {
        Know();
        if (_term != _register.LeadsTerm)
        {
            _term = _register.LeadsTerm;
            if (_term == 0)
                _member.Follow(effects);
            else
                _member.Lead(make(_register.Entry!.Group, _register.Entry.Memory), effects);
        }
        while (true)
        {
            HandOver(effects);
            if (!_member.IsDeciding || !_register.IsDecided(_member.Round))
                break;
            _member.Decided(_member.Round, committed: true, effects);
        }
        Know();
    }

    private void HandOver(Effects effects, bool beats = false)
    {
        if (effects.Decision is not (var decision and not 0))
            return;
        var memory = effects.Memory;
        (effects.Decision, effects.Memory) = (0, null);
        _register.Decide(decision, memory, effects, beats);
    }

    private void Know() =>
        _member.Know(new ViewServices(_register.Names, _register.Leader, _register.Term, _register.Entry?.Index ?? 0));
}
