using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// One value that the view services of a cluster keep together: what most of them keep is lost with none of them. One
/// leads, chosen by most of them for a term, and only it makes a new entry, from the one that it has: so an entry that
/// counts is never made from anything but the one that counted before. It is Raft with a log of one entry: as each
/// entry is the whole value, there is nothing to match, to cut off or to compact. A single view service is a group of
/// one, and what it keeps is decided in the same step.
/// </summary>
/// <remarks>
/// <code> Following --silence--> Trying (would most choose me?) --most--> Standing (a new term) --most--> Leading
/// Leading, Standing, Trying --a newer term, or most are silent--> Following</code>
/// What it has to keep is in <see cref="Effects.Register"/>, and is on disk before anything of that step is sent.
/// </remarks>
internal partial class Register : Node
{
    private enum Role
    {
        Following,
        Trying,
        Standing,
        Leading,
    }

    private readonly Member _self;
    private readonly ImmutableArray<ViewServiceName> _peers;
    private readonly ProtocolSettings _settings;
    private readonly ClusterId _fresh;
    private readonly bool _mayFound;
    private RegisterState _state;
    private Role _role;
    private NodeAddress? _leader;
    private int _silentTicks;
    private bool _slept;
    private bool _isForeign;
    private ImmutableSortedSet<ulong> _votes = [];
    private RefusalLog<string> _refusals = new();

    /// <param name="peers">Who shall be in the group, this one among them; empty: it alone. Who is in it once it
    /// exists, the entry says.</param>
    /// <param name="kept">What an earlier life handed out last; with a disk of its own and nothing else in the first
    /// one.</param>
    /// <param name="fresh">The id of the cluster that it begins where there is none.</param>
    /// <param name="mayFound">Whether it may begin one.</param>
    public Register(
        ViewServiceName self,
        ImmutableArray<ViewServiceName> peers,
        ProtocolSettings settings,
        RegisterState kept,
        ClusterId fresh,
        bool mayFound
    )
    {
        _state = kept;
        _self = new Member(self.Id, self.Address, kept.Disk);
        (_peers, _settings, _fresh, _mayFound) = (peers, settings, fresh, mayFound);
        _asked = [.. peers.Select(peer => peer.Address).Where(address => address != self.Address)];
    }

    /// <summary>The newest that this one keeps; it need not count.</summary>
    public RegisterEntry? Entry => _state.Entry;

    public long Term => _state.Term;

    /// <summary>Whom it takes for the leader.</summary>
    public NodeAddress? Leader => _leader;

    /// <summary>Who they are, as far as this one knows.</summary>
    public ImmutableArray<ViewServiceName> Names =>
        Entry is { } entry && !_isForeign ? [.. entry.Members.Select(member => member.Name)]
        : _peers.IsEmpty ? [_self.Name]
        : _peers;

    /// <summary>Listed in the entry as it is.</summary>
    private bool IsSettled => Entry is { } entry && entry.Members.Contains(_self);

    private bool MayStand => _role != Role.Leading && !_isForeign && Entry is { } entry && entry.Lists(_self.Disk);

    private int Patience => _settings.DeadPings * _settings.PingIntervalMs;

    public override void Start(Effects effects)
    {
        if (Entry is null && _peers.Length <= 1 && _mayFound)
            Found([_self], effects);
        SetTick(effects);
        if (Entry is { Members.Length: 1 } && _peers.Length <= 1)
            Try(effects);
        else
            effects.Set(new PatienceTimer(), _settings.PingIntervalMs, Patience);
    }

    public override void Handle(NodeAddress from, Message message, Effects effects)
    {
        switch (message)
        {
            case Candidacy candidacy:
                OnCandidacy(from, candidacy, effects);
                break;
            case Vote vote:
                OnVote(from, vote, effects);
                break;
            case Keep keep:
                OnKeep(from, keep, effects);
                break;
            case Kept kept:
                OnKept(from, kept, effects);
                break;
            case Joining joining:
                OnJoining(from, joining, effects);
                break;
            case Summons summons when summons == new Summons(Entry?.Group ?? default, Term) && MayStand:
                Stand(effects);
                break;
            case MemberRequest request:
                OnRequest(from, request, effects);
                break;
        }
    }

    public override void OnTimer(NodeTimer timer, Effects effects)
    {
        switch (timer)
        {
            case RegisterTick or ViewServiceTick:
                OnTick(timer.Late, effects);
                break;
            case PatienceTimer when _role != Role.Leading:
                OnPatienceOver(timer.Late, effects);
                break;
        }
    }

    /// <summary>A leader that was killed is found by this, long before it is missed.</summary>
    public override void OnConnectionLost(NodeAddress peer, Effects effects)
    {
        if (peer != _leader)
            return;
        _leader = null;
        effects.Set(new PatienceTimer(), 1, _settings.ConnectionLostMs);
    }

    public override Node Clone()
    {
        var clone = (Register)MemberwiseClone();
        clone._refusals = _refusals.Clone();
        return clone;
    }

    public override void AddTo(ref Fingerprint fingerprint)
    {
        var writer = WireWriter.Rent();
        _state.Write(writer);
        fingerprint.Add(writer.Return());
        fingerprint.Add((long)_role);
        fingerprint.Add(_leader?.Value);
        fingerprint.Add(Math.Min(_silentTicks, _settings.DeadPings));
        fingerprint.Add(_slept);
        fingerprint.Add(_isForeign);
        foreach (var disk in _votes)
            fingerprint.Add(disk);
        AddLeadingTo(ref fingerprint);
        AddMembersTo(ref fingerprint);
    }

    private void OnTick(bool late, Effects effects)
    {
        SetTick(effects);
        if (_role == Role.Leading)
            OnLeadersTick(late, effects);
        else
            _silentTicks++;
        if (!IsSettled)
            AskToJoin(effects);
    }

    /// <summary>Where it slept itself, the leader's word may lie unread; but not twice in a row.</summary>
    private void OnPatienceOver(bool late, Effects effects)
    {
        _slept = late && !_slept;
        if (_slept)
            SetPatience(effects);
        else if (MayStand)
            Try(effects);
    }

    /// <summary>
    /// Not all at one moment, again and again: who dials another one that dials it may hear nothing. Who leads goes by
    /// the tick of what acts, as long as that comes: an idle view service is woken once for both.
    /// </summary>
    private void SetTick(Effects effects)
    {
        var interval = _settings.PingIntervalMs;
        if (_role == Role.Leading)
            effects.Set(new RegisterTick(), interval * 3 / 2, interval * 2);
        else
            effects.Set(new RegisterTick(), interval * 7 / 8, interval);
    }

    private void SetPatience(Effects effects) => effects.Set(new PatienceTimer(), Patience, Patience * 3 / 2);

    /// <summary>Would most of them choose it? Asking disturbs nobody, and a new term does.</summary>
    private void Try(Effects effects)
    {
        (_role, _leader, _votes) = (Role.Trying, null, [_self.Disk]);
        effects.Set(new PatienceTimer(), _settings.PingIntervalMs / 2, _settings.PingIntervalMs);
        AskForVotes(Term + 1, trial: true, effects);
        CountVotes(effects);
    }

    private protected virtual void Stand(Effects effects)
    {
        (_role, _leader, _votes) = (Role.Standing, null, [_self.Disk]);
        Keep(_state with { Term = Term + 1, Vote = _self.Disk }, effects);
        effects.Set(new PatienceTimer(), _settings.PingIntervalMs, 3 * _settings.PingIntervalMs);
        AskForVotes(Term, trial: false, effects);
        CountVotes(effects);
    }

    private void AskForVotes(long term, bool trial, Effects effects) =>
        Tell(new Candidacy(Entry!.Group, _self, term, Entry.Term, Entry.Index, trial), effects);

    private void CountVotes(Effects effects)
    {
        if (!Entry!.IsMost(member => _votes.Contains(member.Disk)))
            return;
        if (_role == Role.Trying)
            Stand(effects);
        else
            Lead(effects);
    }

    private void OnCandidacy(NodeAddress from, Candidacy candidacy, Effects effects)
    {
        if (!IsOfGroup(candidacy.Group))
        {
            RefuseGroup(from, candidacy.Group, effects);
            return;
        }
        if (!candidacy.Trial)
            Adopt(candidacy.Term, effects);
        var given = candidacy.Trial ? WouldChoose(candidacy) : Chooses(candidacy);
        if (given && !candidacy.Trial)
        {
            Keep(_state with { Vote = candidacy.From.Disk }, effects);
            SetPatience(effects);
        }
        var term = given ? candidacy.Term : Term;
        effects.Send(from, new Vote(candidacy.Group, _self.Disk, term, candidacy.Trial, given));
        // It was removed, or is taken for one at another address, and does not know it.
        if (_role == Role.Leading && !Entry!.Members.Contains(candidacy.From))
            effects.Send(from, new Keep(Term, Entry, 0));
    }

    /// <summary>Nobody leaves a leader that is there.</summary>
    private bool WouldChoose(Candidacy candidacy) =>
        candidacy.Term > Term
        && _role != Role.Leading
        && (_leader is null || _silentTicks >= _settings.DeadPings)
        && IsNoOlder(candidacy);

    private bool Chooses(Candidacy candidacy) =>
        candidacy.Term == Term && HasVoteFor(candidacy.From.Disk) && IsNoOlder(candidacy);

    private protected virtual bool HasVoteFor(ulong disk) => _state.Vote == 0 || _state.Vote == disk;

    /// <summary>What counts is kept by most: who lacks it is not chosen by most.</summary>
    private protected virtual bool IsNoOlder(Candidacy candidacy) =>
        Entry is null || !Entry.IsNewerThan(candidacy.EntryTerm, candidacy.EntryIndex);

    private void OnVote(NodeAddress from, Vote vote, Effects effects)
    {
        if (!IsOfGroup(vote.Group))
        {
            RefuseGroup(from, vote.Group, effects);
            return;
        }
        // The term of a trial that would succeed is nobody's yet.
        if (!vote.Given || !vote.Trial)
            Adopt(vote.Term, effects);
        var (role, term) = vote.Trial ? (Role.Trying, Term + 1) : (Role.Standing, Term);
        if (!vote.Given || _role != role || vote.Term != term)
            return;
        _votes = _votes.Add(vote.Disk);
        CountVotes(effects);
    }

    private void OnKeep(NodeAddress from, Keep keep, Effects effects)
    {
        var entry = keep.Entry;
        if (!entry.IsWellFormed || entry.Term != keep.Term)
        {
            effects.Notice(NoticeKind.Refused, $"an entry of term {entry.Term} from {from} cannot be: ignored");
            return;
        }
        if (!IsOfGroup(entry.Group))
        {
            RefuseGroup(from, entry.Group, effects);
            effects.Send(from, new Kept(Entry!.Group, _self.Disk, 0, 0, 0, 0));
            GiveUpIfAlone(from, effects);
            return;
        }
        if (Entry is null && !entry.Lists(_self.Disk))
            return;
        if (keep.Term >= Term && !Follow(from, keep.Term, effects))
            return;
        if (keep.Term == Term && (Entry is null || entry.IsNewerThan(Entry.Term, Entry.Index)))
            Keep(_state with { Entry = entry }, effects);
        effects.Send(from, new Kept(entry.Group, _self.Disk, Term, Entry?.Term ?? 0, Entry?.Index ?? 0, keep.Round));
    }

    /// <returns>False where this one leads that term itself.</returns>
    private bool Follow(NodeAddress leader, long term, Effects effects)
    {
        if (term == Term && _role == Role.Leading)
        {
            effects.Notice(NoticeKind.Refused, $"{leader} says that it leads term {term}, as this one does: ignored");
            return false;
        }
        Adopt(term, effects);
        (_role, _leader, _silentTicks) = (Role.Following, leader, 0);
        SetPatience(effects);
        return true;
    }

    /// <summary>Whatever this one was in an earlier term is over.</summary>
    private void Adopt(long term, Effects effects)
    {
        if (term <= Term || term > View.MostNumber)
            return;
        Keep(_state with { Term = term, Vote = 0 }, effects);
        StepDown(effects);
    }

    private void StepDown(Effects effects)
    {
        (_role, _leader, _votes) = (Role.Following, null, []);
        ForgetLeading();
        SetPatience(effects);
    }

    private bool IsOfGroup(ClusterId group) => Entry is null || Entry.Group == group;

    private void RefuseGroup(NodeAddress from, ClusterId group, Effects effects) =>
        Refuse(
            $"the view service {from} keeps the cluster {group}, this one {Entry!.Group}: they do not work together. "
                + "One of them has the directory of another cluster: name the right one by --data, or an empty one",
            effects
        );

    private void Refuse(string text, Effects effects)
    {
        if (_refusals.IsNew(text))
            effects.Notice(NoticeKind.Refused, text);
    }

    /// <summary>
    /// Those with whom it shall be are a group without it, and one leads them: what it keeps is not theirs. Whoever
    /// names it among them would find two clusters. Who has a leader itself was told of a group that came to nothing.
    /// </summary>
    private void GiveUpIfAlone(NodeAddress leader, Effects effects)
    {
        var isAlone = _leader is null || Entry!.Members.Length == 1;
        if (_isForeign || !isAlone || !_peers.Any(peer => peer.Address == leader))
            return;
        _isForeign = true;
        StepDown(effects);
    }

    private void Tell(Message message, Effects effects)
    {
        foreach (var member in Entry!.Members)
        {
            if (member.Disk != _self.Disk)
                effects.Send(member.Address, message);
        }
    }

    private void Keep(RegisterState state, Effects effects)
    {
        _state = state;
        effects.Register = state;
    }
}
