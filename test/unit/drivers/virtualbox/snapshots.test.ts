import { expect, test } from '@jest/globals';
import { snapshotFacts } from '../../../../src/drivers/virtualbox/snapshots.ts';

test('the times of snapshots and whether they hold memory, nested ones too', () => {
  const settings = `<Snapshot uuid="{DFB508B4-9b8b-4822-bca8-9eb6047a00d7}" name="a &gt; b" timeStamp="2026-11-23T08:50:54Z" stateFile="x.sav">
      <Hardware/>
      <Snapshots>
        <Snapshot timeStamp="2026-11-23T09:50:54Z" name="later"
          uuid="{dfb508b4-9b8b-4822-bca8-9eb6047a00d8}"/>
        <Snapshot uuid="{dfb508b4-9b8b-4822-bca8-9eb6047a00d9}" name="without a time"/>
      </Snapshots></Snapshot>`;
  expect([...snapshotFacts(settings)]).toEqual([
    ['dfb508b4-9b8b-4822-bca8-9eb6047a00d7', { createdAt: '2026-11-23T08:50:54.000Z', memory: true }],
    ['dfb508b4-9b8b-4822-bca8-9eb6047a00d8', { createdAt: '2026-11-23T09:50:54.000Z', memory: false }],
  ]);
});
